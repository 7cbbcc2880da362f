package journey_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/person"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// sandboxUp is "sandbox [FLAGS]": it runs one until the script's end.
func sandboxUp(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command(filepath.Join(ts.Getenv("BIN"), "aad-sandbox"), append([]string{"up", "--dir", ts.Getenv("SANDBOX")}, args...)...)
	log, err := os.Create(ts.MkAbs("sandbox.log"))
	ts.Check(err)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Setenv("SANDBOX_PID", strconv.Itoa(cmd.Process.Pid))
	ts.Defer(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = log.Close()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if ready := err == nil && strings.TrimSpace(line) == "ready"; ready == neg {
		ts.Fatalf("the sandbox printed %q (%v): %s", line, err, ts.ReadFile("sandbox.log"))
	}
}

var exitFlag = regexp.MustCompile(`^-(exit|kill|int|type|no-browser)(=(.*))?$`)

// as is "[!] as [-exit=N] [-type=TEXT] [-kill=DURATION] [-int=DURATION]
// [-no-browser] NAME COMMAND...": the person types the command into a terminal
// of their own and signs in when asked. The terminal's text is in stderr.
func as(ts *testscript.TestScript, neg bool, args []string) {
	const success = -2 // no command ends with it; a killed one ends with -1
	want, input, browser := success, "", true
	var stop func(*exec.Cmd)
	for len(args) > 0 && exitFlag.MatchString(args[0]) {
		m := exitFlag.FindStringSubmatch(args[0])
		switch m[1] {
		case "exit":
			n, err := strconv.Atoi(m[3])
			ts.Check(err)
			want = n
		case "type":
			input = strings.ReplaceAll(m[3], `\n`, "\n")
		case "no-browser":
			browser = false
		default:
			after, err := time.ParseDuration(m[3])
			ts.Check(err)
			sig := map[string]syscall.Signal{"kill": syscall.SIGKILL, "int": syscall.SIGINT}[m[1]]
			stop = func(cmd *exec.Cmd) { time.AfterFunc(after, func() { _ = cmd.Process.Signal(sig) }) }
		}
		args = args[1:]
	}
	if len(args) < 2 {
		ts.Fatalf("usage: as [flags] NAME COMMAND...")
	}
	code := run(ts, args[0], args[1:], input, browser, stop)
	switch {
	case want != success && code != want:
		ts.Fatalf("%v as %s: exit code %d, not %d", args[1:], args[0], code, want)
	case want == success && (code != 0) != neg:
		ts.Fatalf("%v as %s: exit code %d", args[1:], args[0], code)
	}
}

// patience is how long a person waits for any command.
const patience = 90 * time.Second

func run(ts *testscript.TestScript, who string, argv []string, input string, browser bool, stop func(*exec.Cmd)) int {
	ctx, cancel := context.WithTimeout(ts.Value(ctxKey{}).(context.Context), patience)
	defer cancel()
	p := personOf(ts, who)
	if browser {
		p.SignIn = browse(ts)
	}
	exe := argv[0]
	if found, err := exec.LookPath(filepath.Join(ts.Getenv("BIN"), exe)); err == nil {
		exe = found
	}
	cmd := exec.CommandContext(ctx, exe, argv[1:]...)
	cmd.Args[0] = argv[0]
	cmd.Dir = ts.Getenv("WORK")
	var out strings.Builder
	var screen strings.Builder
	if stop != nil {
		cmd.WaitDelay = 10 * time.Second
		go func() {
			for cmd.Process == nil {
				time.Sleep(time.Millisecond)
			}
			stop(cmd)
		}()
	}
	code, err := p.Run(ctx, cmd, input, &out, &screen)
	_, _ = io.WriteString(ts.Stdout(), out.String())
	_, _ = io.WriteString(ts.Stderr(), shown(screen.String()))
	if ctx.Err() != nil {
		ts.Fatalf("%v as %s: gave up after %v", argv, who, patience)
	}
	if err != nil && stop == nil {
		ts.Fatalf("%v as %s: %v", argv, who, err)
	}
	return code
}

// browse signs in; where the page refuses, the terminal will tell.
func browse(ts *testscript.TestScript) func(context.Context, string, string) error {
	control := sandbox.Control{Dir: ts.Getenv("SANDBOX")}
	return func(ctx context.Context, who, code string) error {
		if err := control.SignIn(ctx, who, code); err != nil {
			ts.Logf("the page says: %v", err)
		}
		return nil
	}
}

// shown is what stays on a screen: a line that was erased and written anew
// counts as it was last.
func shown(screen string) string {
	lines := strings.Split(strings.ReplaceAll(screen, "\r\n", "\n"), "\n")
	for i, l := range lines {
		if at := strings.LastIndex(l, "\x1b[K"); at >= 0 {
			l = l[at+len("\x1b[K"):]
		}
		lines[i] = strings.TrimPrefix(l, "\r")
	}
	return strings.Join(lines, "\n")
}

func personOf(ts *testscript.TestScript, who string) *person.Person {
	p := &person.Person{
		Name: who, Home: filepath.Join(ts.Getenv("WORK"), "home", who), Bin: ts.Getenv("BIN"),
		Env: []string{"AZURE_CLOUD_FILE=" + ts.Getenv("AZURE_CLOUD_FILE")},
	}
	ts.Check(os.MkdirAll(filepath.Dir(p.Kubeconfig()), 0o700))
	return p
}

// field is "field VAR FILE PATH": a value of a JSON file, by a path like
// users.1.objectId, into a variable.
func field(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: field VAR FILE PATH")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &v))
	for _, step := range strings.Split(args[2], ".") {
		switch at := v.(type) {
		case []any:
			i, err := strconv.Atoi(step)
			ts.Check(err)
			v = at[i]
		case map[string]any:
			v = at[step]
		}
	}
	s, ok := v.(string)
	if !ok {
		ts.Fatalf("%s of %s is %v, no text", args[2], args[1], v)
	}
	ts.Setenv(args[0], s)
}

// share is "share NAME...": what an administrator hands out, the context "c" that
// signs in and nothing of her own.
func share(ts *testscript.TestScript, _ bool, names []string) {
	config, err := exec.Command(filepath.Join(ts.Getenv("BIN"), "kubectl"), "--kubeconfig", personOf(ts, "admin").Kubeconfig(),
		"config", "view", "--minify", "--flatten", "--context", "c").Output()
	ts.Check(err)
	for _, name := range names {
		ts.Check(os.WriteFile(personOf(ts, name).Kubeconfig(), config, 0o600))
	}
}
