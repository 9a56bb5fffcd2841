"""Our schemas under the paths of Confluent's Schema Registry, read-only, so that stock Avro deserializers read our topics."""
