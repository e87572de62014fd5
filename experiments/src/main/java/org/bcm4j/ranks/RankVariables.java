package org.bcm4j.ranks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.RankAddress;

/**
 * The environment variables by which a launcher tells a process its rank: those of torchrun ({@code RANK},
 * {@code WORLD_SIZE}), SLURM ({@code SLURM_PROCID}, {@code SLURM_NTASKS}) and Kubernetes' indexed jobs
 * ({@code JOB_COMPLETION_INDEX}, and {@code WORLD_SIZE} from the job's description). {@code MASTER_ADDR} and
 * {@code MASTER_PORT} say where rank 0 listens; SLURM's first node and a port by the number of the job take their place
 * there. Under torchrun, which listens at that port itself, rank 0 takes the next one.
 *
 * @param variables the environment, by name
 */
public record RankVariables(Map<String, String> variables) {
    static final String RANK = "RANK";
    static final String SIZE = "WORLD_SIZE";
    static final String HOST = "MASTER_ADDR";
    static final String PORT = "MASTER_PORT";

    private static final String SLURM_RANK = "SLURM_PROCID";
    private static final String SLURM_SIZE = "SLURM_NTASKS";
    /** Both are set in an interactive shell too; a step of several tasks has its number. */
    private static final String SLURM_STEP = "SLURM_STEP_ID";

    private static final String KUBERNETES_RANK = "JOB_COMPLETION_INDEX";

    private static final String TORCHRUN_LISTENS = "TORCHELASTIC_USE_AGENT_STORE";

    /** torchrun's own default. */
    private static final int DEFAULT_PORT = 29500;
    /** The ports for SLURM's jobs, so that two jobs on one node do not meet. */
    private static final int FIRST_SLURM_PORT = 20_000;

    private static final int SLURM_PORTS = 10_000;

    public RankVariables {
        variables = Map.copyOf(variables);
    }

    /** The variables of this process. */
    public static RankVariables ofProcess() {
        return new RankVariables(System.getenv());
    }

    /**
     * This process's place, or nothing if no launcher gave it one.
     *
     * @throws UserException if a variable is missing or makes no sense
     */
    public Optional<RankAddress> address() {
        if (has(RANK)) {
            return Optional.of(new RankAddress(number(RANK), number(SIZE), text(HOST), port()));
        }
        if (has(SLURM_STEP) && has(SLURM_RANK) && number(SLURM_SIZE) > 1) {
            return Optional.of(new RankAddress(number(SLURM_RANK), number(SLURM_SIZE), slurmHost(), slurmPort()));
        }
        if (has(KUBERNETES_RANK) && has(SIZE)) {
            return Optional.of(new RankAddress(number(KUBERNETES_RANK), number(SIZE), text(HOST), port()));
        }
        return Optional.empty();
    }

    /** The variables that give a process on this machine its place. */
    static Map<String, String> of(RankAddress address) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put(RANK, Integer.toString(address.rank()));
        variables.put(SIZE, Integer.toString(address.size()));
        variables.put(HOST, address.host());
        variables.put(PORT, Integer.toString(address.port()));
        return variables;
    }

    /** torchrun's agent listens at the port that it names. */
    private int port() {
        int port = has(PORT) ? number(PORT) : DEFAULT_PORT;
        return variables.getOrDefault(TORCHRUN_LISTENS, "").equalsIgnoreCase("true") ? port + 1 : port;
    }

    private int slurmPort() {
        return has(PORT) ? number(PORT) : FIRST_SLURM_PORT + number("SLURM_JOB_ID") % SLURM_PORTS;
    }

    private String slurmHost() {
        if (has(HOST)) {
            return text(HOST);
        }
        String nodes = Stream.of("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST")
                .filter(this::has)
                .findFirst()
                .map(this::text)
                .orElseThrow(() -> new UserException(
                        "SLURM_JOB_NODELIST is not set, so the host of rank 0 is unknown; set MASTER_ADDR to it"));
        return firstNode(nodes);
    }

    /** The first of SLURM's nodes: {@code gpu[003-007,9],login} is gpu003 and others. */
    static String firstNode(String nodes) {
        int bracket = nodes.indexOf('[');
        int comma = nodes.indexOf(',');
        if (bracket < 0 || (comma >= 0 && comma < bracket)) {
            return comma < 0 ? nodes : nodes.substring(0, comma);
        }
        String numbers = nodes.substring(bracket + 1);
        return nodes.substring(0, bracket)
                + List.of(numbers.split("[-,\\]]", 2)).get(0);
    }

    private boolean has(String name) {
        return !variables.getOrDefault(name, "").isBlank();
    }

    private String text(String name) {
        if (!has(name)) {
            throw new UserException("the environment variable " + name
                    + " is missing, which every process of a group needs; see docs/many-processes.md");
        }
        return variables.getOrDefault(name, "").strip();
    }

    private int number(String name) {
        String text = text(name);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new UserException("the environment variable " + name + " is \"" + text + "\", not a whole number", e);
        }
    }
}
