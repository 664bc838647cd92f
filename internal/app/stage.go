package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/stream"
)

// stageMark is a file in the data folder of a rehearsal. A real house starts on no folder
// that has it, and a rehearsal on none without it that holds anything: the people of the one
// must never be taken for those of the other.
const stageMark = "rehearsal"

func onStage(data string) bool {
	_, err := os.Stat(filepath.Join(data, stageMark))
	return err == nil
}

// forReal refuses the folder of a rehearsal.
func forReal(data string) error {
	if !onStage(data) {
		return nil
	}
	return fault.New(fault.Conflict, "%s is the folder of a rehearsal.", data).
		WithHint("Its people are made up, and its networks are gone. Give --data the folder of a real house, or an empty one.")
}

// forStage makes a folder one of a rehearsal, if nobody lives in it.
func forStage(data string) error {
	if onStage(data) {
		return nil
	}
	switch all, err := os.ReadDir(data); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fault.Unavailable, err, "The data folder cannot be read.").WithHint("Give --data a folder that this user may write to.")
	case len(all) > 0:
		return fault.New(fault.Conflict, "%s is no folder of a rehearsal.", data).
			WithHint("A rehearsal never opens what may be a real house: give --data an empty folder, or leave it out.")
	}
	err := os.MkdirAll(data, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(data, stageMark), []byte("Pretended people on pretended networks: kith rehearse.\n"), 0o600)
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The data folder cannot be made.").WithHint("Give --data a folder that this user may write to.")
	}
	return nil
}

// ClearStage takes away what an earlier rehearsal has left in a folder: the networks that it
// speaks of ended with it. What is not of Kith stays.
func ClearStage(data string) error {
	if err := forStage(data); err != nil {
		return err
	}
	release, err := stream.Hold(filepath.Join(data, "facts"))
	if err != nil {
		return err
	}
	defer release()
	for _, name := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm", "facts", "files", secret.KeyFile, instanceFile} {
		err = errors.Join(err, os.RemoveAll(filepath.Join(data, name)))
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "What an earlier rehearsal left cannot be taken away.").WithHint("May this user write to %s?", data)
	}
	return nil
}
