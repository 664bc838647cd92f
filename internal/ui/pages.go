package ui

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// address is a place in the application and the form of the page that it gets: the
// same page, whose head names the files that this place needs, so that a browser
// fetches them beside the program's beginning and not after it.
type address struct {
	Path []string `json:"path"` // its parts; “*” stands for any
	File string   `json:"file"`
}

// learn reads which address gets which form. Without the list there is one form.
func (u *UI) learn() error {
	list, err := fs.ReadFile(u.root, pages)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	delete(u.files, pages) // it is for us
	if err := json.Unmarshal(list, &u.pages); err != nil {
		return fmt.Errorf("the browser application's %s: %w", pages, err)
	}
	for _, a := range u.pages {
		if _, found := u.files[a.File]; !found {
			return fmt.Errorf("the browser application's %s names %s, which is not there", pages, a.File)
		}
	}
	return nil
}

// pageOf is the form of the page for an address: the first that fits, and the common
// one for what nobody knows, which the application itself says.
func (u *UI) pageOf(name string) string {
	parts := strings.Split(strings.Trim(name, "/"), "/")
	if parts[0] == "" {
		parts = nil
	}
	for _, a := range u.pages {
		if a.fits(parts) {
			return a.File
		}
	}
	return page
}

func (a address) fits(parts []string) bool {
	if len(a.Path) != len(parts) {
		return false
	}
	for i, part := range a.Path {
		if part != "*" && part != parts[i] {
			return false
		}
	}
	return true
}
