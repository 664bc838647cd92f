package main

import (
	"testing"

	"github.com/kithhq/kith/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m.Run) }
