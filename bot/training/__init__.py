"""Train the answer models from the articles. Needs the extra `training`; not used at run time."""
