"""Organisation, roles and teams."""

import os

from memsy import MemsyAPIError, MemsyClient

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    org = client.orgs.list()[0]
    org = client.orgs.update(org.org_id, name="Acme", focus="Rockets")
    assert (org.name, org.focus) == ("Acme", "Rockets")
    assert client.orgs.regenerate_prompt(org.org_id).promotion_prompt
    assert client.orgs.get(org.org_id) == client.orgs.get(org_id=org.org_id)

    role = client.roles.create(org.org_id, "Engineer", "What an engineer needs to know")
    team = client.teams.create(org_id=org.org_id, name="Propulsion", focus="Engines")
    assert client.roles.get(role.role_id, org.org_id).name == "Engineer"
    assert [each.team_id for each in client.teams.list(org.org_id, limit=10, offset=0)] == [team.team_id]
    renamed = client.roles.update(role.role_id, org.org_id, focus="Design reviews")
    assert (renamed.name, renamed.focus) == ("Engineer", "Design reviews")
    own = client.teams.update(team.team_id, org.org_id, promotion_prompt="Keep what concerns engines.")
    assert own.promotion_prompt == "Keep what concerns engines."
    assert client.roles.regenerate_prompt(role.role_id, org.org_id).role_id == role.role_id

    assert client.roles.delete(role.role_id, org.org_id) is None
    assert client.teams.delete(team.team_id, org.org_id) is None
    try:
        client.roles.get(role.role_id, org.org_id)
    except MemsyAPIError as error:
        missing = error
    assert client.roles.list(org.org_id) == []

assert missing.status_code == 404
