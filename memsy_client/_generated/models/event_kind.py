from __future__ import annotations

from typing import Literal

EventKind = Literal["user_message", "assistant_message", "tool_result", "app_event"]
"""What an event is. Closed in requests: anything else gives 422.

- `user_message`: what a user said
- `assistant_message`: what the assistant said
- `tool_result`: what a tool answered
- `app_event`: something that happened in the application
"""
