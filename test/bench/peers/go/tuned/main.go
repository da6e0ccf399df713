// A checker that spares all it can in Go: no net/http, one written request, one shared TLS
// configuration, reused buffers, a lazy garbage collector. It verifies certificates and asks for
// status 200, and does nothing else.
//
//	tuned -target URL -ca FILE -concurrency N -timeout D < LIST
//
// Writes one line of JSON per proxy.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The collector runs when the heap is five times what is live.
const gcPercent = 400

// Longest header that is read.
const maxHead = 16 << 10

// The job of all workers.
type job struct {
	host, port string
	secure     bool
	request    []byte // to the target
	absolute   []byte // to an HTTP proxy, for an http: target
	connect    []byte
	config     *tls.Config
	timeout    time.Duration
}

func main() {
	target := flag.String("target", "", "URL to ask for")
	caFile := flag.String("ca", "", "PEM certificates to trust")
	concurrency := flag.Int("concurrency", 200, "checks in flight")
	timeout := flag.Duration("timeout", 5*time.Second, "deadline of a check")
	flag.Parse()
	debug.SetGCPercent(gcPercent)
	work, err := newJob(*target, *caFile, *timeout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	lines := make(chan string, *concurrency)
	var workers sync.WaitGroup
	var mutex sync.Mutex
	out := bufio.NewWriterSize(os.Stdout, 64<<10)
	for i := 0; i < *concurrency; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			buffer := make([]byte, maxHead)
			var text []byte
			for line := range lines {
				start := time.Now()
				err := work.check(line, buffer)
				text = appendResult(text[:0], line, time.Since(start), err)
				mutex.Lock()
				out.Write(text)
				mutex.Unlock()
			}
		}()
	}
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		lines <- scanner.Text()
	}
	close(lines)
	workers.Wait()
	out.Flush()
}

func newJob(target, caFile string, timeout time.Duration) (*job, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(caFile); err == nil {
		roots.AppendCertsFromPEM(pem)
	}
	secure := to.Scheme == "https"
	port := to.Port()
	if port == "" {
		port = map[bool]string{true: "443", false: "80"}[secure]
	}
	authority := net.JoinHostPort(to.Hostname(), port)
	head := "Host: " + to.Host + "\r\nUser-Agent: tuned\r\nConnection: close\r\n\r\n"
	return &job{
		host:     to.Hostname(),
		port:     port,
		secure:   secure,
		request:  []byte("GET " + to.RequestURI() + " HTTP/1.1\r\n" + head),
		absolute: []byte("GET " + target + " HTTP/1.1\r\n" + head),
		connect:  []byte("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n"),
		config:   &tls.Config{RootCAs: roots, ServerName: to.Hostname()},
		timeout:  timeout,
	}, nil
}

func (work *job) check(line string, buffer []byte) error {
	scheme, address, found := strings.Cut(line, "://")
	if !found {
		scheme, address = "http", line
	}
	conn, err := net.DialTimeout("tcp", address, work.timeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(work.timeout))
	request := work.request
	switch {
	case scheme == "socks5":
		err = work.socks5(conn, buffer)
	case work.secure:
		err = exchange(conn, work.connect, buffer)
	default:
		request = work.absolute
	}
	if err != nil {
		return err
	}
	if !work.secure {
		return exchange(conn, request, buffer)
	}
	return exchange(tls.Client(conn, work.config), request, buffer)
}

// Sends a request and reads a header whose status is 200.
func exchange(conn net.Conn, request, buffer []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	length := 0
	for {
		n, err := conn.Read(buffer[length:])
		length += n
		if end := bytes.Index(buffer[:length], []byte("\r\n\r\n")); end >= 0 {
			if length < 12 || string(buffer[9:12]) != "200" {
				return errors.New("another status")
			}
			return nil
		}
		if err != nil {
			return err
		}
		if length == len(buffer) {
			return errors.New("the header is too long")
		}
	}
}

// RFC 1928 without a login; the proxy resolves the name.
func (work *job) socks5(conn net.Conn, buffer []byte) error {
	if _, err := conn.Write([]byte{5, 1, 0}); err != nil {
		return err
	}
	if err := readFull(conn, buffer[:2]); err != nil || buffer[1] != 0 {
		return errors.Join(err, errors.New("no method"))
	}
	port, _ := strconv.Atoi(work.port)
	request := append([]byte{5, 1, 0, 3, byte(len(work.host))}, work.host...)
	request = append(request, byte(port>>8), byte(port))
	if _, err := conn.Write(request); err != nil {
		return err
	}
	if err := readFull(conn, buffer[:5]); err != nil || buffer[1] != 0 {
		return errors.Join(err, errors.New("refused"))
	}
	rest := map[byte]int{1: 5, 3: int(buffer[4]) + 2, 4: 17}[buffer[3]]
	return readFull(conn, buffer[:rest])
}

func readFull(conn net.Conn, buffer []byte) error {
	for length := 0; length < len(buffer); {
		n, err := conn.Read(buffer[length:])
		length += n
		if err != nil {
			return err
		}
	}
	return nil
}

func appendResult(text []byte, proxy string, took time.Duration, err error) []byte {
	text = append(text, `{"proxy":`...)
	text = strconv.AppendQuote(text, proxy)
	if err == nil {
		text = append(text, `,"status":"active","latencyMs":`...)
	} else {
		text = append(text, `,"status":"inactive","latencyMs":`...)
	}
	text = strconv.AppendFloat(text, float64(took.Microseconds())/1000, 'f', 3, 64)
	return append(text, "}\n"...)
}
