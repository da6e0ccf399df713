// A checker as a Go programmer writes it in an afternoon: net/http, a pool of goroutines, one
// Transport per proxy. It verifies certificates and asks for status 200, without a control probe,
// blame, pacing or caps.
//
//	plain -target URL -ca FILE -concurrency N -timeout D < LIST
//
// Writes one line of JSON per proxy.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

type result struct {
	Proxy     string  `json:"proxy"`
	Status    string  `json:"status"`
	LatencyMs float64 `json:"latencyMs"`
	Error     string  `json:"error,omitempty"`
}

func main() {
	target := flag.String("target", "", "URL to ask for")
	caFile := flag.String("ca", "", "PEM certificates to trust")
	concurrency := flag.Int("concurrency", 200, "checks in flight")
	timeout := flag.Duration("timeout", 5*time.Second, "deadline of a check")
	flag.Parse()
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(*caFile); err == nil {
		roots.AppendCertsFromPEM(pem)
	}
	lines := make(chan string)
	results := make(chan result)
	var workers sync.WaitGroup
	for i := 0; i < *concurrency; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for line := range lines {
				results <- check(line, *target, *timeout, roots)
			}
		}()
	}
	go func() {
		scanner := bufio.NewScanner(os.Stdin)
		for scanner.Scan() {
			if line := strings.TrimSpace(scanner.Text()); line != "" {
				lines <- line
			}
		}
		close(lines)
		workers.Wait()
		close(results)
	}()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for each := range results {
		encoder.Encode(each)
	}
}

func check(line, target string, timeout time.Duration, roots *x509.CertPool) result {
	if !strings.Contains(line, "://") {
		line = "http://" + line
	}
	proxy, err := url.Parse(line)
	if err != nil {
		return result{Proxy: line, Status: "inactive", Error: err.Error()}
	}
	transport := &http.Transport{
		Proxy:             http.ProxyURL(proxy),
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		DisableKeepAlives: true,
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: timeout}
	start := time.Now()
	response, err := client.Get(target)
	latency := float64(time.Since(start).Microseconds()) / 1000
	if err != nil {
		return result{Proxy: line, Status: "inactive", LatencyMs: latency, Error: err.Error()}
	}
	io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return result{Proxy: line, Status: "inactive", LatencyMs: latency, Error: response.Status}
	}
	return result{Proxy: line, Status: "active", LatencyMs: latency}
}
