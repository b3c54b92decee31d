// Command proxy is the server that the benchmark compares with: httputil.ReverseProxy in front of
// one target, with as many connections as the service has. With -decode it also reads each answer
// once with encoding/json, which is the least that a service does that looks at its lists.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/sipfacade/sipfacade/test/cost/child"
)

func main() {
	target := flag.String("target", "", "host and port to forward to")
	decode := flag.Bool("decode", false, "read each answer once with encoding/json")
	gogc := flag.Int("gogc", 100, "percentage for the garbage collector, as in GOGC")
	flag.Parse()
	debug.SetGCPercent(*gogc)
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: *target})
	proxy.Transport = newTransport()
	if *decode {
		proxy.ModifyResponse = decodeAnswer
	}
	if err := child.Serve(proxy); err != nil {
		log.Fatal(err)
	}
}

// connections is the service's default for one vendor.
const connections = 128

// newTransport returns a transport with the bounds of the service's.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext:         dialer.DialContext,
		MaxConnsPerHost:     connections,
		MaxIdleConns:        connections,
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     4 * time.Second,
		DisableCompression:  true,
	}
}

// decodeAnswer reads an answer, decodes it, and passes on the bytes as they came.
func decodeAnswer(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	_ = response.Body.Close() // everything has been read
	response.Body = io.NopCloser(bytes.NewReader(body))
	decoder := json.NewDecoder(bytes.NewReader(body))
	for {
		var value any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("decode the answer: %w", err)
		}
	}
}
