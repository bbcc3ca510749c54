"""Statements ↔ annotation tools: task files with our tags as suggestions, and human labels read back as tags."""

from __future__ import annotations

from textmine.annotation.labels import read_answers, to_tags
from textmine.annotation.records import Answer, Task
from textmine.annotation.tasks import make_tasks, tasks_from_frames, write_tasks

__all__ = ["Answer", "Task", "make_tasks", "read_answers", "tasks_from_frames", "to_tags", "write_tasks"]
