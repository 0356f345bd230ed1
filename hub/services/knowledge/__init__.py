"""What the bank knows: articles, their publications, and what customers asked in vain."""
