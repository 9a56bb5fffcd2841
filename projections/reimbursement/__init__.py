"""What is reimbursed of the medical expenses of the entitled, against its targets: two read models, joined on reading."""
