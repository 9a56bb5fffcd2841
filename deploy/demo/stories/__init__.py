"""What happens to households: one module for each process, told as steps that people of the right offices take."""
