package files_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/files"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestAnAddressGivesOneFileForAWhile(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	db := storetest.SQLite(t, store.WithNow(func() time.Time { return now }))
	keys, err := secret.Open(t.Context(), db, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	file, err := media.Take(t.Context(), blobs, "w", bytes.NewReader(picture.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := media.Keep(ctx, tx, access.Actor{User: "u", Workspace: "w"}, file, "shelf.png", "")
		return err
	})
	door := &files.Door{DB: db, Keys: keys, Blobs: blobs}
	server := httptest.NewServer(door.Handler())
	defer server.Close()
	door.Base = func() string { return server.URL }
	address, err := door.Address("w", file.ID)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(address, file.ID) {
		t.Error("the address gives the file's name away")
	}
	get := func(address string, header ...string) (int, []byte) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(header) == 2 {
			request.Header.Set(header[0], header[1])
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, body
	}
	if status, body := get(address); status != http.StatusOK || !bytes.Equal(body, picture.Bytes()) {
		t.Errorf("%d, %d bytes of %d", status, len(body), picture.Len())
	}
	if status, body := get(address, "Range", "bytes=1-3"); status != http.StatusPartialContent || string(body) != "PNG" {
		t.Errorf("a range: %d, %q", status, body)
	}
	other, err := door.Address("another", file.ID)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := address[:len(address)-3] + "AAA"
	for name, a := range map[string]string{"another workspace": other, "a spoilt one": spoilt, "none": server.URL + "/files/x", "a path": server.URL + "/files/..%2f..%2fkith.db"} {
		if status, _ := get(a); status != http.StatusNotFound {
			t.Errorf("%s: %d", name, status)
		}
	}
	now = now.Add(25 * time.Hour)
	if status, _ := get(address); status != http.StatusNotFound {
		t.Errorf("after its time: %d", status)
	}
	http.DefaultClient.CloseIdleConnections()
}
