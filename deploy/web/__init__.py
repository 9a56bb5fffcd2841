"""The one web application: command and query blueprints, authentication, problem details, the API document."""
