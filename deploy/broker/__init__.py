"""A real Apache Kafka (KRaft) on loopback, without containers: for developers, continuous integration and small sites."""
