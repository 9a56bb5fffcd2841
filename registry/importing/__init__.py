"""Import of spreadsheets: from rows of a file to commands, and from refusals back to the rows."""
