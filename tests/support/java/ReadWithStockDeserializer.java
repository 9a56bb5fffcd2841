import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumWriter;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.BinaryEncoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.EncoderFactory;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroDeserializationSchema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics to their ends with Flink's Avro deserializer on Confluent's client, and asks that client what a serializer asks.
 * A line for each record: topic, partition, offset, the record's full name, and its body written again from what was read.
 */
public class ReadWithStockDeserializer {
    private static final Map<String, ConfluentRegistryAvroDeserializationSchema<GenericRecord>> DESERIALIZERS = new HashMap<>();
    private static String url;
    private static CachedSchemaRegistryClient registry;

    public static void main(String[] arguments) throws Exception {
        url = arguments[1];
        registry = new CachedSchemaRegistryClient(url, 1000);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", arguments[0],
                "isolation.level", "read_committed",
                "key.deserializer", ByteArrayDeserializer.class,
                "value.deserializer", ByteArrayDeserializer.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : arguments[2].split(","))
                for (PartitionInfo partition : consumer.partitionsFor(topic))
                    partitions.add(new TopicPartition(topic, partition.partition()));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue()))
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200)))
                    if (record.value() != null)
                        tell(record);
        }
        tryToWrite();
    }

    private static void tell(ConsumerRecord<byte[], byte[]> record) throws Exception {
        Schema named = ((AvroSchema) registry.getSchemaById(ByteBuffer.wrap(record.value(), 1, 4).getInt())).rawSchema();
        String subject = record.topic() + "-" + named.getFullName();
        var deserializer = DESERIALIZERS.get(subject);
        if (deserializer == null) {
            Schema latest = new Schema.Parser().parse(registry.getLatestSchemaMetadata(subject).getSchema());
            if (registry.getVersion(subject, new AvroSchema(latest.toString())) < 1)
                throw new IllegalStateException("no version of " + subject);
            deserializer = ConfluentRegistryAvroDeserializationSchema.forGeneric(latest, url);
            DESERIALIZERS.put(subject, deserializer);
        }
        GenericRecord read = deserializer.deserialize(record.value());
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(written, null);
        new GenericDatumWriter<GenericRecord>(read.getSchema()).write(read, encoder);
        encoder.flush();
        String body = HexFormat.of().formatHex(written.toByteArray());
        System.out.println(String.join(" ", record.topic(), "" + record.partition(), "" + record.offset(), read.getSchema().getFullName(), body));
    }

    private static void tryToWrite() throws Exception {
        System.out.println("compatibility " + registry.getCompatibility("household.changes-value"));
        System.out.println("mode " + registry.getMode());
        System.out.println("subjects " + registry.getAllSubjects().size());
        try {
            registry.register("household.changes-value", new AvroSchema("\"string\""));
        } catch (RestClientException refused) {
            System.out.println("refused " + refused.getStatus() + " " + refused.getErrorCode());
        }
    }
}
