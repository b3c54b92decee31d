package main

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
)

const (
	// healthTimeout is how long the server may take to answer a healthcheck.
	healthTimeout = 3 * time.Second
	// probeHost is the Host of a healthcheck. The admin listener accepts loopback names in
	// every configuration; it may refuse the host of its own address.
	probeHost = "localhost"
)

// checkHealth asks the admin listener whether the server takes calls.
func checkHealth(asked config.Invocation, stdout, _ io.Writer) error {
	request, err := http.NewRequest(http.MethodGet, "http://"+asked.Config.ProbeAddress()+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	request.Host = probeHost
	client := &http.Client{Timeout: healthTimeout, Transport: &http.Transport{}} // without a proxy
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // nothing was written
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("healthcheck: %s answers %s", asked.Config.AdminAddress, response.Status)
	}
	_, err = fmt.Fprintln(stdout, "ready")
	return err
}
