"""Files: examined before they are stored, rendered apart from the hub, shown to who may see."""
