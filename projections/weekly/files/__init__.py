"""A digest as files to keep, to send and to print: a workbook, a page that needs nothing else, and a PDF, all of one paper."""
