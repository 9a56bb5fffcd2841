CREATE OR REPLACE FUNCTION append_stored_events(
    writers bigint,
    stamp bigint,
    place_streams uuid[], place_versions bigint[], place_links bytea[],
    new_streams uuid[], new_versions bigint[], new_topics text[], new_states bytea[],
    given_actor text, given_key text, given_digest bytea, given_status integer, given_body bytea,
    OUT outcome text, OUT head_position bigint, OUT head_recorded_at bigint,
    OUT kept_digest bytea, OUT kept_status integer, OUT kept_body bytea
) LANGUAGE plpgsql AS $$
-- One whole write, in one round trip: who holds the lock waits for nobody but the disk.
--
-- stamp: recorded_at of all rows; null takes the head's. place_links: SHA-256 of the state that must be stored at the place; null
-- where any state will do, empty where none may be there. given_key: null without a command.
-- outcome: STORED behind head_position; REPEATED: the command was accepted before, kept_... is its answer; OLDER: something was
-- recorded after the stamp; ELSEWHERE: a place holds something else. All but STORED have written nothing.
BEGIN
    -- Under a stricter level one sees no more than when one asked for the lock.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'events are appended under READ COMMITTED only';
    END IF;
    PERFORM pg_advisory_xact_lock(writers + 'stored_events'::regclass::oid::bigint);
    SELECT e.position, e.recorded_at INTO head_position, head_recorded_at
        FROM stored_events AS e ORDER BY e.position DESC LIMIT 1;
    head_position := coalesce(head_position, 0);
    IF given_key IS NOT NULL THEN
        SELECT c.request_digest, c.status, c.body INTO kept_digest, kept_status, kept_body
            FROM command_result AS c WHERE c.actor = given_actor AND c.key = given_key;
        IF FOUND THEN
            outcome := 'REPEATED';
            RETURN;
        END IF;
    END IF;
    IF stamp < head_recorded_at THEN
        outcome := 'OLDER';
        RETURN;
    END IF;
    stamp := coalesce(stamp, head_recorded_at, 0);
    FOR i IN 1 .. cardinality(place_streams) LOOP
        -- A query per place, not a join: the planner may not decide to read the whole table.
        PERFORM FROM stored_events AS e
            WHERE e.originator_id = place_streams[i] AND e.originator_version = place_versions[i]
            AND (place_links[i] IS NULL OR place_links[i] = '' OR sha256(e.state) = place_links[i]);
        IF FOUND IS NOT DISTINCT FROM (place_links[i] IS NOT NULL AND place_links[i] = '') THEN
            outcome := 'ELSEWHERE';
            RETURN;
        END IF;
    END LOOP;
    INSERT INTO stored_events (position, originator_id, originator_version, topic, state, recorded_at)
        SELECT head_position + row.number, row.stream, row.version, row.topic, row.state, stamp
        FROM unnest(new_streams, new_versions, new_topics, new_states)
        WITH ORDINALITY AS row (stream, version, topic, state, number);
    IF given_key IS NOT NULL THEN
        INSERT INTO command_result (actor, key, request_digest, status, body, recorded_at)
            VALUES (given_actor, given_key, given_digest, given_status, given_body, stamp);
    END IF;
    outcome := 'STORED';
END $$
