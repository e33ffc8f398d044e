package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijzer/bot/store/storetest"
)

func TestLoadOrCreateKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets", "wegwijzer", "server.key")
	data := filepath.Join(t.TempDir(), "data")
	made, err := LoadOrCreateKey(path, data)
	if err != nil {
		t.Fatal(err)
	}
	read, err := LoadOrCreateKey(path, data)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made.secret(), read.secret()) {
		t.Error("the key that was made is not the one that is read")
	}
	other, err := LoadOrCreateKey(filepath.Join(t.TempDir(), "server.key"), data)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(other.secret(), made.secret()) {
		t.Error("two keys are alike")
	}
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700 | os.ModeDir} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("mode of %s = %v, %v, want %v", filepath.Base(name), info.Mode(), err, want)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("wegwijzer server key, format 1\n%x\n", made.secret()); string(text) != want {
		t.Error("the file is not as documented: a line with the format, then the key in hexadecimal")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestKeyInsideTheDataFolderIsRefused(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	data := filepath.Join(root, "data")
	if err := os.MkdirAll(filepath.Join(data, "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"link": data, "deeplink": filepath.Join(data, "deep")} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		key, data string
		refused   bool
	}{
		{"data/server.key", "data", true},
		{"data/deep/server.key", "data", true},
		{"data/not/yet/server.key", "data", true},
		{"other/../data/server.key", "data", true},
		{"link/server.key", "data", true},
		{"deeplink/server.key", "data", true},
		{"data/server.key", "link", true},
		{"missing/server.key", "missing", true},
		{"server.key", ".", true},
		{"keys/server.key", "data", false},
		{"data.key", "data", false},
		{"database/server.key", "data", false},
		{"..data/server.key", "data", false},
		{"server.key", "data/deep", false},
	} {
		path := root + "/" + test.key // not Join, which would tidy the path
		_, err := LoadOrCreateKey(path, root+"/"+test.data)
		if refused := err != nil; refused != test.refused {
			t.Errorf("key %s with data %s: %v, want refused %v", test.key, test.data, err, test.refused)
			continue
		}
		if test.refused && (!strings.Contains(err.Error(), "inside the data folder") || !strings.Contains(err.Error(), "another folder")) {
			t.Errorf("key %s with data %s: the error does not say what to do: %v", test.key, test.data, err)
		}
		if _, err := os.Stat(path); test.refused && err == nil {
			t.Errorf("key %s was made in spite of the refusal", test.key)
		}
	}
}

func TestKeyWithoutDataFolder(t *testing.T) {
	t.Parallel()
	if _, err := LoadOrCreateKey(filepath.Join(t.TempDir(), "server.key"), ""); err != nil {
		t.Error(err)
	}
}

func TestBadKeyFiles(t *testing.T) {
	t.Parallel()
	good := "wegwijzer server key, format 1\n" + strings.Repeat("0f", KeySize) + "\n"
	for _, test := range []struct {
		name, text string
		mode       os.FileMode
		says       string
	}{
		{"good", good, 0o600, ""},
		{"good, read-only", good, 0o400, ""},
		{"good, from Windows", strings.ReplaceAll(good, "\n", "\r\n"), 0o600, ""},
		{"readable by the group", good, 0o640, "chmod 600"},
		{"readable by all", good, 0o604, "chmod 600"},
		{"writable by the group", good, 0o620, "chmod 600"},
		{"empty", "", 0o600, "not a key file"},
		{"another file", "-----BEGIN SECRET PART-----\n", 0o600, "not a key file"},
		{"a newer format", strings.Replace(good, "format 1", "format 2", 1), 0o600, "another format"},
		{"cut short", good[:60], 0o600, "damaged"},
		{"too long", good + "0f0f\n", 0o600, "damaged"},
		{"not hexadecimal", strings.Replace(good, "0f0f", "0fXY", 1), 0o600, "damaged"},
	} {
		path := filepath.Join(t.TempDir(), "server.key")
		if err := os.WriteFile(path, []byte(test.text), test.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, test.mode); err != nil { // whatever the umask
			t.Fatal(err)
		}
		_, err := LoadOrCreateKey(path, "")
		if test.says == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want something about %q and the path", test.name, err, test.says)
			continue
		}
		for _, secret := range []string{"0f0f", "XY", "SECRET"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error shows some of the file: %v", test.name, err)
			}
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != test.text {
			t.Errorf("%s: the file was changed", test.name)
		}
	}
	if _, err := LoadOrCreateKey(t.TempDir(), ""); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder: %v", err)
	}
}

func TestManyProgramsMakeOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "server.key")
	keys := make([]Key, 16)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			var err error
			if keys[i], err = LoadOrCreateKey(path, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, key := range keys {
		if key.secret == nil || !bytes.Equal(key.secret(), keys[0].secret()) {
			t.Fatal("programs that started at once have different keys")
		}
	}
}

func TestKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	key := testKey(0x77)
	config := struct {
		Name string
		key  Key
		Key  Key
	}{"x", key, key}
	sessions := New(key, new(storetest.Memory), time.Now)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("key", "key", key, "config", config)
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", key, "config", config)
	encoded, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	printed := log.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "% x"} {
		printed += fmt.Sprintf(verb+verb+verb, key, config, sessions)
	}
	salt := sessions.ids.salt()
	for _, secret := range []string{"775a775a", "775A775A", "119 90", "77 5a", "wZwZ", "w, 0x5a", fmt.Sprintf("%x", salt[:4]), strings.Trim(fmt.Sprint(salt[:4]), "[]")} {
		if strings.Contains(printed, secret) {
			t.Errorf("the key is printed, as %s", secret)
		}
	}
}
