"""How the parts are put together: each module builds one thing that a process needs."""
