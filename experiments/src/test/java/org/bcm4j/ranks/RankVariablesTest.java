package org.bcm4j.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.RankAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankVariablesTest {
    /** Variables as {@code A=1;B=2}, and the address that they mean. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            RANK=2;WORLD_SIZE=4;MASTER_ADDR=gpu1;MASTER_PORT=4000                                | 2 | 4 | gpu1 | 4000
            RANK=0;WORLD_SIZE=1;MASTER_ADDR=gpu1                                                 | 0 | 1 | gpu1 | 29500
            RANK=1;WORLD_SIZE=4;MASTER_ADDR=gpu1;MASTER_PORT=4000;TORCHELASTIC_USE_AGENT_STORE=True | 1 | 4 | gpu1 | 4001
            SLURM_STEP_ID=0;SLURM_PROCID=7;SLURM_NTASKS=8;SLURM_JOB_ID=1234567;SLURM_STEP_NODELIST=n[003-007,9],x | 7 | 8 | n003 | 24567
            SLURM_STEP_ID=0;SLURM_PROCID=1;SLURM_NTASKS=2;SLURM_JOB_ID=5;SLURM_JOB_NODELIST=a1,a2 | 1 | 2 | a1 | 20005
            SLURM_STEP_ID=0;SLURM_PROCID=1;SLURM_NTASKS=2;MASTER_ADDR=head;MASTER_PORT=77         | 1 | 2 | head | 77
            JOB_COMPLETION_INDEX=3;WORLD_SIZE=4;MASTER_ADDR=job-0.svc                             | 3 | 4 | job-0.svc | 29500
            """)
    void launchersTellAProcessItsPlace(String variables, int rank, int size, String host, int port) {
        assertThat(new RankVariables(map(variables)).address()).contains(new RankAddress(rank, size, host, port));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PATH=/bin
            SLURM_PROCID=0;SLURM_NTASKS=4
            SLURM_STEP_ID=0;SLURM_PROCID=0;SLURM_NTASKS=1
            JOB_COMPLETION_INDEX=3
            RANK=;WORLD_SIZE=4
            """)
    void aProcessWithoutALauncherIsAlone(String variables) {
        assertThat(new RankVariables(map(variables)).address()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            RANK=1                                                | WORLD_SIZE is missing
            RANK=1;WORLD_SIZE=4                                   | MASTER_ADDR is missing
            RANK=x;WORLD_SIZE=4;MASTER_ADDR=a                     | RANK is "x", not a whole number
            RANK=4;WORLD_SIZE=4;MASTER_ADDR=a                     | the numbers 0 to 3, not 4
            RANK=0;WORLD_SIZE=0;MASTER_ADDR=a                     | at least 1, not 0
            RANK=0;WORLD_SIZE=2;MASTER_ADDR=a;MASTER_PORT=70000   | MASTER_PORT is 70000
            SLURM_STEP_ID=0;SLURM_PROCID=0;SLURM_NTASKS=2         | SLURM_JOB_NODELIST is not set
            """)
    void whatMakesNoSenseIsNamed(String variables, String message) {
        assertThatThrownBy(() -> new RankVariables(map(variables)).address())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aProcessStartedHereFindsItsPlace() {
        RankAddress address = new RankAddress(1, 3, "127.0.0.1", 1234);
        assertThat(new RankVariables(RankVariables.of(address)).address()).contains(address);
    }

    private static Map<String, String> map(String variables) {
        Map<String, String> map = new HashMap<>();
        for (String variable : variables.split(";", -1)) {
            String[] parts = variable.split("=", 2);
            map.put(parts[0].strip(), parts[1].strip());
        }
        return map;
    }
}
