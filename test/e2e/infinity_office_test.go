package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os/exec"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// startSandbox starts the server as `serve --sandbox` with further flags does, and returns
// the URL of its JSON protocol and its log.
func startSandbox(t *testing.T, flags ...string) (base string, logs *capturedLog) {
	t.Helper()
	invocation, err := config.Parse(append([]string{
		"serve", "--sandbox", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0", "--drain-delay=0s",
	}, flags...), nil, io.Discard)
	if err != nil {
		t.Fatalf("configure the server: %v", err)
	}
	logs = newCapturedLog()
	started, err := server.New(invocation.Config, server.Process{Version: "e2e"}, telemetry.NewLogger(logs, slog.LevelDebug, "json"))
	if err != nil {
		t.Fatalf("make the server: %v", err)
	}
	t.Cleanup(run(t, started))
	return "http://" + started.Address("http"), logs
}

// TestOffice runs the script that configures a small office, and checks each of its
// answers.
func TestOffice(t *testing.T) {
	t.Parallel()
	base, logs := startSandbox(t)
	script := exec.CommandContext(t.Context(), "sh", "testdata/office.sh", base)
	var errors bytes.Buffer
	script.Stderr = &errors
	output, err := script.Output()
	if err != nil {
		t.Fatalf("office.sh: %v\n%s%s", err, output, errors.String())
	}
	answers := strings.Split(strings.TrimSpace(string(output)), "\n")
	wanted := officeAnswers()
	if len(answers) != len(wanted) {
		t.Fatalf("want %d answers, got:\n%s", len(wanted), output)
	}
	for i, text := range answers {
		var answer any
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatalf("answer %d is not JSON: %v\n%s", i, err, text)
		}
		for _, problem := range differences("", wanted[i], answer) {
			t.Errorf("answer %d: %s", i, problem)
		}
	}
	if strings.Contains(string(output), "change-me-soon") || strings.Contains(logs.String(), "change-me-soon") {
		t.Error("the password came out")
	}
}

// officeAnswers returns what the script must print, an answer on each line.
func officeAnswers() []map[string]any {
	type m = map[string]any
	return []map[string]any{
		{"userId": 41.0, "domainId": 1.0, "login": "robin.fletcher", "extensionNumber": "0301", "ukCallerId": "+441632960001"},
		{"groupId": 12.0, "groupName": "frames", "ringRetry": true, "callerNameFormat": "{displayName} - {srcPhoneNumber}"},
		{"groupId": 13.0, "groupName": "paint", "ringRetry": false},
		{},
		{},
		{"pbxGroupUsers": []any{m{"groupId": 12.0, "userId": 41.0, "userLogin": "robin.fletcher"}}, "nextPageToken": ""},
		{"queueId": 6.0, "queueName": "custom", "extensionNumber": "0810"},
		{"queueMemberId": 9.0, "queueId": 6.0, "groupId": 12.0, "ringStrategy": "PBX_RING_STRATEGY_ALL"},
		{"queueMemberId": 10.0, "queueId": 6.0, "groupId": 13.0, "ringStrategy": "PBX_RING_STRATEGY_HUNT_LONGEST_IDLE"},
		{},
		{"pbxQueueMembers": []any{m{"queueMemberId": 10.0, "ringOrder": 0.0}, m{"queueMemberId": 9.0, "ringOrder": 1.0}}, "nextPageToken": ""},
		{"pbxDeviceId": 26.0, "pbxDeviceName": "Frame jig phone", "macAddress": "10:20:30:1A:2B:3C"},
		{"pbxDeviceId": 26.0, "userId": 41.0, "userLogin": "robin.fletcher", "pbxDeviceToken": anyValue},
		{"pbxUserDevices": []any{m{"pbxDeviceId": 26.0, "userId": 41.0, "pbxDeviceName": "Frame jig phone"}}, "nextPageToken": ""},
	}
}
