package main

import (
	"context"
	"testing"
)

func TestItEndsWellWhenItIsToldTo(t *testing.T) {
	stop, cancel := context.WithCancel(context.Background())
	cancel()
	if err := serve(stop, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
}

func TestPortIsTakenFromTheEnvironment(t *testing.T) {
	t.Setenv("PORT", "9000")
	if port() != "9000" {
		t.Errorf("port %s", port())
	}
}
