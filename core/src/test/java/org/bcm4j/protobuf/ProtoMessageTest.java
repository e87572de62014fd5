package org.bcm4j.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProtoMessageTest {
    @Test
    void isReadBackFieldByField() throws IOException {
        byte[] large = "large".repeat(3000).getBytes(StandardCharsets.UTF_8);
        ProtoMessage inner = new ProtoMessage().text(1, "ä").bytes(2, large.length, out -> out.write(large));
        ProtoMessage message = new ProtoMessage()
                .int64(1, -3)
                .real32(2, 0.5f)
                .message(3, inner)
                .real64(4, -0.25)
                .bytes(5, new byte[] {7});

        byte[] bytes = message.toBytes();
        assertThat(message.size()).isEqualTo(bytes.length);

        CodedInputStream in = CodedInputStream.newInstance(bytes);
        assertThat(field(in)).isEqualTo(1);
        assertThat(in.readInt64()).isEqualTo(-3);
        assertThat(field(in)).isEqualTo(2);
        assertThat(in.readFloat()).isEqualTo(0.5f);
        assertThat(field(in)).isEqualTo(3);
        CodedInputStream nested = CodedInputStream.newInstance(in.readByteArray());
        assertThat(field(nested)).isEqualTo(1);
        assertThat(nested.readString()).isEqualTo("ä");
        assertThat(field(nested)).isEqualTo(2);
        assertThat(nested.readByteArray()).isEqualTo(large);
        assertThat(nested.isAtEnd()).isTrue();
        assertThat(field(in)).isEqualTo(4);
        assertThat(in.readDouble()).isEqualTo(-0.25);
        assertThat(field(in)).isEqualTo(5);
        assertThat(in.readByteArray()).containsExactly(7);
        assertThat(in.isAtEnd()).isTrue();
    }

    @Test
    void countsMoreThanItCouldHold() {
        long gigabytes = 3L << 30;
        ProtoMessage message = new ProtoMessage().message(1, new ProtoMessage().bytes(1, gigabytes, out -> {}));
        assertThat(message.size()).isBetween(gigabytes + 4, gigabytes + 16).isGreaterThan(ProtoMessage.MAX_BYTES);
    }

    private static int field(CodedInputStream in) throws IOException {
        return in.readTag() >>> 3;
    }
}
