package cost

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// Facade is the built binary in a process of its own, with its default settings and its
// log in a file. Only addresses and credentials are given.
type Facade struct {
	// GRPC, HTTP and Admin are where it listens.
	GRPC, HTTP, Admin string

	command *exec.Cmd
	folder  string
}

// startTimeout is how long the binary may take until it serves.
const startTimeout = 20 * time.Second

// StartFacade starts the binary in front of a vendor, with more settings if there are any,
// and waits until it serves.
func StartFacade(ctx context.Context, binary, vendor string, more ...string) (*Facade, error) {
	return startFacade(ctx, binary, vendor, nil, more)
}

// StartTraced is StartFacade with traces of every call that go to a collector.
func StartTraced(ctx context.Context, binary, vendor, collector string) (*Facade, error) {
	return startFacade(ctx, binary, vendor, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector}, nil)
}

// startFacade starts the binary with more variables and settings.
func startFacade(ctx context.Context, binary, vendor string, environ, more []string) (*Facade, error) {
	folder, err := os.MkdirTemp("", "sipfacade-cost-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the log: %w", err)
	}
	logFile, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, fmt.Errorf("make the log: %w", err)
	}
	defer func() { _ = logFile.Close() }() // the process has its own descriptor
	f := &Facade{folder: folder, command: exec.Command(binary, append([]string{
		"serve", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
		"--opentact-base-url=http://" + vendor + opentact.BasePath, "--opentact-token=" + opentact.DefaultToken,
		"--infinity-base-url=http://" + vendor + infinity.BasePath,
		"--infinity-username=" + infinity.DefaultUsername, "--infinity-password=" + infinity.DefaultPassword,
	}, more...)...)}
	f.command.Stderr, f.command.Env = logFile, append(os.Environ(), environ...)
	if err := f.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	if err := f.awaitServing(ctx, logFile.Name()); err != nil {
		f.Stop()
		return nil, err
	}
	return f, nil
}

// awaitServing polls the log for the addresses.
func (f *Facade) awaitServing(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		if f.readAddresses(text) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service does not serve: %w\n%s", ctx.Err(), text)
		case <-tick.C:
		}
	}
}

// readAddresses takes the addresses from the line that says that the service serves.
func (f *Facade) readAddresses(log []byte) (found bool) {
	for line := range bytes.Lines(log) {
		var entry struct{ Msg, GRPC, HTTP, Admin string }
		if json.Unmarshal(line, &entry) == nil && entry.Msg == "serving" {
			f.GRPC, f.HTTP, f.Admin = entry.GRPC, entry.HTTP, entry.Admin
			return true
		}
	}
	return false
}

// PID returns the id of the process.
func (f *Facade) PID() int { return f.command.Process.Pid }

// Stop kills the process, which need not wait for load balancers, and removes its log.
func (f *Facade) Stop() {
	_ = f.command.Process.Kill() // it may have ended by itself
	_ = f.command.Wait()         // it was killed
	_ = os.RemoveAll(f.folder)   // a folder of temporary files
}

// Memory returns a line of /proc/PID/status in bytes: VmRSS is what is resident, VmHWM
// the most that ever was.
func (f *Facade) Memory(line string) (int64, error) {
	path := fmt.Sprintf("/proc/%d/status", f.PID())
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("read the memory of the service: %w", err)
	}
	for row := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(row, line+":"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("%s has no %s", path, line)
}

// Allocations returns how many objects each call allocates, over a number of calls. What
// reading the counter allocates by itself is subtracted.
func (f *Facade) Allocations(ctx context.Context, calls int, call Call) (float64, error) {
	var counts [3]float64
	for i := range counts {
		if i == 2 {
			for range calls {
				if err := call(ctx); err != nil {
					return 0, err
				}
			}
		}
		count, err := f.metric(ctx, "go_memstats_mallocs_total")
		if err != nil {
			return 0, err
		}
		counts[i] = count
	}
	reading := counts[1] - counts[0]
	return (counts[2] - counts[1] - reading) / float64(calls), nil
}

// metric reads one metric without labels.
func (f *Facade) metric(ctx context.Context, name string) (float64, error) {
	text, err := fetch(ctx, "http://"+f.Admin+"/metrics")
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("the service has no metric %s", name)
}

// fetch returns the body of a 200.
func fetch(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // everything has been read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}
