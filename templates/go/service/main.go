// @@name@@: an HTTP service that says whether it is well.
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// grace is how long requests that run may take to end after TERM.
const grace = 10 * time.Second

func main() {
	stop, release := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer release()
	if err := serve(stop, ":"+port()); err != nil {
		log.Fatal(err)
	}
}

// port is PORT, by default @@port@@.
func port() string {
	if port := os.Getenv("PORT"); port != "" {
		return port
	}
	return "@@port@@"
}

// serve answers on address until stop is done, and lets requests that run end.
func serve(stop context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	log.Printf("listening on %s", listener.Addr())
	select {
	case err := <-ended:
		return err
	case <-stop.Done():
	}
	limit, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := server.Shutdown(limit); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
