"""Words that everyday English uses for each other, so that a question need not repeat the words of its answer.

Small on purpose: kinship, home, work, travel, health, food, leisure. A word may stand in several groups; groups do not
chain. The words of a group are written in their base form, and are compared by their stems.
"""

from __future__ import annotations

from functools import cache

from .stem import stem

_GROUPS = """
job work career profession occupation employ employer employee; boss manager; fire redundant layoff; quit resign retire;
meeting appointment; deadline due; bug error fault problem issue; software program app; computer laptop;
child kid son daughter baby toddler; wife husband spouse partner marry wedding; mother mum mom; father dad;
parent mother father mum mom dad; grandmother grandma granny; grandfather grandpa granddad; sibling brother sister;
friend pal buddy; neighbour neighbor; boyfriend girlfriend date relationship;
home house flat apartment; move relocate; rent lease landlord; city town village; country abroad; street address road;
trip travel journey vacation holiday visit tour; flight fly plane airport; train rail station;
car vehicle drive van truck; bike bicycle cycle;
buy purchase order; price cost pay money; gift present; shop store; sell sale; loan lend borrow debt;
begin start; end finish complete; win prize award trophy; contest competition race tournament; apply application;
school college university course class lesson; teacher instructor professor coach; study learn; exam test;
student pupil; degree diploma certificate;
doctor physician hospital clinic; ill sick disease; injury injure hurt pain sprain; surgery operation;
medicine drug pill;
afraid fear scared terrified nervous anxious; happy glad delighted thrilled; sad upset; angry annoyed;
stress worry anxious; love enjoy like favourite favorite prefer;
pet dog cat puppy kitten animal; garden plant flower grow;
music song band concert sing; instrument guitar piano violin drum flute trumpet cello; film movie cinema;
book novel read author; picture photo photograph image; paint draw art sketch;
sport football soccer tennis basketball swim run; exercise gym workout yoga; hike walk trail mountain;
hobby activity pastime; game play;
food meal dinner lunch breakfast eat cook dish recipe; drink coffee tea beer wine; restaurant cafe;
dessert cake pie;
phone call ring telephone; email mail letter message text; idea plan; help support assist; talk speak say tell;
big large huge; small little tiny; fast quick; make build create; repair fix mend;
volunteer charity donate; party celebrate celebration birthday anniversary; clothes dress shirt wear; colour color;
church faith religion; weather rain snow sun
"""


@cache
def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for group in _GROUPS.split(";"):
        stems = dict.fromkeys(map(stem, group.split()))
        for one in stems:
            table.setdefault(one, {}).update(stems)
    return {one: tuple(other for other in others if other != one) for one, others in table.items()}


def related(term: str) -> tuple[str, ...]:
    """The stems that mean nearly what the stem `term` means; mostly none."""
    return _table().get(term, ())
