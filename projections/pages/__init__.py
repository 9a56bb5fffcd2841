"""The pages for people: the JSON API's own answers, shown."""
