package scale

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/test/faults/rig"
	"github.com/sipfacade/sipfacade/test/install"
)

// throughNginx calls both replicas through nginx with the configuration in deploy/nginx.
func throughNginx(t *testing.T, m *team) {
	at := startNginx(t, m)
	client := pb.NewSipAppServiceClient(dial(t, at.GRPC))
	before := [2]int{calls(t, m.replicas[0], "http"), calls(t, m.replicas[1], "http")}
	for range 6 {
		if _, err := client.ListSipApps(within(t), &pb.ListSipAppsRequest{}); err != nil {
			t.Fatal(err)
		}
		response, err := http.Get("http://" + at.HTTP + "/v1/sip-apps")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close() // only the status matters
		if response.StatusCode != http.StatusOK {
			t.Fatalf("GET /v1/sip-apps through nginx: %d", response.StatusCode)
		}
	}
	for i, replica := range m.replicas {
		if calls(t, replica, "http") == before[i] {
			t.Errorf("replica %d has got no HTTP call through nginx", i)
		}
	}
	_, err := client.GetSipApp(within(t), &pb.GetSipAppRequest{Uuid: "a9900000-0000-4000-8000-00000000ffff"})
	if reason := reasonOf(err); reason != pb.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND.String() {
		t.Errorf("an error through nginx: %v with the reason %q", err, reason)
	}
}

// startNginx starts nginx with the ports of the replicas in place of those in the file.
func startNginx(t *testing.T, m *team) rig.Addresses {
	t.Helper()
	program := install.Tool(t, "nginx")
	content, err := os.ReadFile("../../deploy/nginx/sipfacade.conf")
	if err != nil {
		t.Fatal(err)
	}
	at := rig.FreeAddresses(t)
	servers := strings.NewReplacer(
		"127.0.0.1:9090", m.replicas[0].GRPC, "127.0.0.1:19090", m.replicas[1].GRPC,
		"127.0.0.1:8080", m.replicas[0].HTTP, "127.0.0.1:18080", m.replicas[1].HTTP,
		"127.0.0.1:9100", at.GRPC, "127.0.0.1:8100", at.HTTP,
	).Replace(string(content))
	folder := t.TempDir()
	path := filepath.Join(folder, "nginx.conf")
	whole := "daemon off; worker_processes 1; pid nginx.pid; error_log stderr; events {}\nhttp {\naccess_log off;\n" + temporaries + servers + "}\n"
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "-p", folder, "-c", path)
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt) // it may have ended
		_ = command.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	await(t, at.GRPC, at.HTTP)
	return at
}

// temporaries keep nginx's files in its own folder.
const temporaries = "client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n"

// await waits until all addresses take connections.
func await(t *testing.T, addresses ...string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for _, address := range addresses {
		for {
			conn, err := net.DialTimeout("tcp", address, time.Second)
			if err == nil {
				_ = conn.Close() // it was only tried
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("nginx does not take connections: %v", err)
			}
			<-time.After(10 * time.Millisecond)
		}
	}
}
