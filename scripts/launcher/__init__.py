"""Set-up and checks behind ./lianluo. Standard library only: no package is there yet."""
