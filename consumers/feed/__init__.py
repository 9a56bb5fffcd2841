"""What agencies see: the public topics, made of the events of households, exactly once."""
