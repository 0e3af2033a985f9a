"""New projects: the layout of this one around a contract, green from the first run of its tests."""

from handfast.design.projects.new import NewProject, new_project, origin

__all__ = ["NewProject", "new_project", "origin"]
