"""The supervision teams' weekly digest: what the register says of one week, frozen at the place where that week was closed."""
