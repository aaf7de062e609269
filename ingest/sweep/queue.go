package sweep

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/feedparity/feedparity/ingest/state"
)

type driver = riverdriver.Driver[*sql.Tx]

// alone is a file's driver that listens for nothing: where one process works on a file it has
// inserted its jobs itself, and its client wakes its workers at once. Listening is to ask the file
// every 50 ms, and each job waits for that.
type alone struct{ *riversqlite.Driver }

// SupportsListener is false.
func (alone) SupportsListener() bool { return false }

// SupportsListenNotify is false.
func (alone) SupportsListenNotify() bool { return false }

// queue is River on the state's own database. In a file it has this process alone; in
// PostgreSQL any number of processes take its jobs.
type queue struct {
	state   *state.DB
	driver  driver
	client  *river.Client[*sql.Tx]
	pool    *pgxpool.Pool // listens for jobs, nil for a file
	locks   *state.Locks
	id      string        // of this process among the workers
	suffix  string        // of the queues' names: only processes that agree share jobs
	done    chan struct{} // a job of ours has ended
	turns   chan struct{} // at the servers: as many as may be spoken to at once
	begun   chan struct{} // visits to servers: as many as may be under way
	asleep  atomic.Bool   // some job waits for its time
	woken   time.Time     // when those were looked for that need not wait any more
	ballast []byte
	// following is held while a job ends in a file and before the one that follows from it
	// is queued: who looks for what is left must not look in between.
	following sync.RWMutex
}

// ballast is memory that is never touched, and so takes none. The garbage collector waits
// until as much again has become garbage: of many small deliveries little lives and much is
// thrown away, and it would be at work all the time.
const ballast = 32 << 20

// maxAttempts is of a fleet; where one process works on a file, the next night is the other attempt.
const maxAttempts = 10

// settlingHosts is how many times as many servers as are spoken to at once one process that
// works on a file may be at: most wait for their new files to settle. In a fleet they are for others to take.
const settlingHosts = 4

// openQueue opens the queue, with its tables, and makes this process one of its
// workers once start is called.
func openQueue(ctx context.Context, o Options, workers func(*queue) *river.Workers) (*queue, error) {
	q := &queue{state: o.State, done: make(chan struct{}, 1), turns: make(chan struct{}, o.Hosts), ballast: make([]byte, ballast)}
	var err error
	if q.pool, err = o.State.Pool(ctx); err != nil {
		return nil, err
	}
	visits := settlingHosts * o.Hosts
	q.driver = alone{riversqlite.New(o.State.SQL())}
	if q.fleet() {
		visits = o.Hosts
		q.driver, q.suffix = riverdatabasesql.NewWithPgxListener(o.State.SQL(), q.pool), "_"+o.Agreement
	}
	q.begun = make(chan struct{}, visits)
	log := slog.New(slog.DiscardHandler)
	if q.locks, err = o.State.Locks(ctx); err == nil {
		err = q.migrate(ctx, log)
	}
	if err != nil {
		q.close()
		return nil, err
	}
	host, _ := os.Hostname()
	q.id = fmt.Sprintf("%.60s_%d_%d", host, os.Getpid(), time.Now().UnixNano())
	if _, err = q.locks.Try(ctx, workerLock(q.id)); err == nil { // that it lives
		q.client, err = river.NewClient(q.driver, q.config(o, log, workers(q)))
	}
	if err != nil {
		q.close()
		return nil, fmt.Errorf("open queue: %w", err)
	}
	return q, nil
}

// migrate brings River's tables up to date, one process at a time.
func (q *queue) migrate(ctx context.Context, log *slog.Logger) error {
	const lock = "queue tables"
	if err := q.locks.Wait(ctx, lock); err != nil {
		return err
	}
	defer q.locks.Free(lock)
	migrate, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: log})
	if err == nil {
		_, err = migrate.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("bring queue up to date: %w", err)
	}
	return nil
}

func (q *queue) config(o Options, log *slog.Logger, workers *river.Workers) *river.Config {
	attempts := 1
	if q.fleet() {
		attempts = maxAttempts
	}
	return &river.Config{
		ID: q.id, Logger: log, Workers: workers, MaxAttempts: attempts, JobTimeout: leastLimit + grace, RescueStuckJobsAfter: rescueAfter,
		Queues: map[string]river.QueueConfig{
			q.name(listKind):  {MaxWorkers: min(o.Hosts, river.QueueNumWorkersMax)},
			q.own(q.id):       {MaxWorkers: min(cap(q.begun)+1, river.QueueNumWorkersMax)},
			q.name(checkKind): {MaxWorkers: o.workers()},
			// They are few, and each has an interpreter and a model at work at once.
			q.name(confirmKind): {MaxWorkers: 1},
		},
		FetchCooldown: 5 * time.Millisecond, FetchPollInterval: time.Second,
		// Nothing is there to lead where one process works on a file, and each start
		// would wait for the election.
		LeaderElectionDisabled: !q.fleet(),
	}
}

func (q *queue) fleet() bool { return q.pool != nil }

func (q *queue) name(kind string) string { return kind + q.suffix }

// own is the queue of what a process alone can do: to fetch from servers that it has listed
// and to report the sweep that it began.
func (q *queue) own(process string) string {
	if !q.fleet() {
		return "own"
	}
	return fmt.Sprintf("own_%x", sha256.Sum256([]byte(process)))[:36]
}

// queueOf is where a job goes.
func (q *queue) queueOf(a river.JobArgs) string {
	switch kind := a.Kind(); kind {
	case fetchKind, reportKind:
		return q.own(q.id)
	default:
		return q.name(kind)
	}
}

func workerLock(id string) string { return "worker " + id }

func (q *queue) close() {
	runtime.KeepAlive(q.ballast)
	if q.locks != nil {
		q.locks.Close()
	}
	if q.pool != nil {
		q.pool.Close()
	}
}

// inTurn does something at a server when as many others are spoken to no more. Who is told
// to stop does not wait, and finds that out.
func (q *queue) inTurn(ctx context.Context, do func()) {
	select {
	case q.turns <- struct{}{}:
		defer func() { <-q.turns }()
	case <-ctx.Done():
	}
	do()
}

// begin takes one of the visits that may be under way, unless it is told to stop. In a fleet
// there are as many as there are workers for list jobs.
func (q *queue) begin(ctx context.Context) bool {
	select {
	case q.begun <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// over gives it back.
func (q *queue) over() { <-q.begun }

// start begins to work, until stop; the context's end is that of all jobs.
func (q *queue) start(ctx context.Context) error {
	if err := q.client.Start(ctx); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	return nil
}

// stop cancels what is still running and waits for it.
func (q *queue) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return q.client.StopAndCancel(ctx)
}

// insert queues jobs after what else does, which stores what the jobs will work on. In
// a file the jobs come after that transaction, since only then are our workers woken:
// whoever dies in between takes the whole queue with it.
func (q *queue) insert(ctx context.Context, args []checkArgs, first func(state.Tx) error) error {
	jobs := jobsOf(q, args)
	err := q.state.Transact(ctx, func(tx state.Tx) error {
		if err := first(tx); err != nil || !q.fleet() {
			return err
		}
		_, err := q.client.InsertManyTx(ctx, tx.SQL, jobs)
		return err
	})
	if err == nil && !q.fleet() {
		_, err = q.client.InsertMany(ctx, jobs)
	}
	return err
}

// follow does what ends a job, which names the jobs that follow from it, and queues those:
// in a fleet in the same transaction. In a file they come after it, as insert says; what dies
// in between is what the next run finds named and not done.
func follow[A river.JobArgs](ctx context.Context, q *queue, do func(queue func(state.Tx, []A) error) error) error {
	if q.fleet() {
		return do(func(tx state.Tx, next []A) error {
			if len(next) == 0 {
				return nil
			}
			_, err := q.client.InsertManyTx(ctx, tx.SQL, jobsOf(q, next))
			return err
		})
	}
	q.following.RLock()
	defer q.following.RUnlock()
	var after []A
	err := do(func(_ state.Tx, next []A) error {
		after = next
		return nil
	})
	if err != nil {
		return err
	}
	return insertAll(ctx, q, after) // if that fails, what is not queued is told as not done
}

func jobsOf[A river.JobArgs](q *queue, args []A) []river.InsertManyParams {
	out := make([]river.InsertManyParams, len(args))
	for i, a := range args {
		out[i] = river.InsertManyParams{Args: a, InsertOpts: &river.InsertOpts{Queue: q.queueOf(a)}}
	}
	return out
}

// insertAll queues jobs by themselves.
func insertAll[A river.JobArgs](ctx context.Context, q *queue, args []A) error {
	if len(args) == 0 {
		return nil
	}
	_, err := q.client.InsertMany(ctx, jobsOf(q, args))
	return err
}

// complete is what ends a job in the transaction that stores its last result.
func complete[A river.JobArgs](ctx context.Context, job *river.Job[A]) seal {
	return func(tx state.Tx) error {
		_, err := river.JobCompleteTx[driver](ctx, tx.SQL, job)
		return err
	}
}

// ended wakes whoever waits for the jobs.
func (q *queue) ended() {
	select {
	case q.done <- struct{}{}:
	default:
	}
}

var unfinished = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}

// wait returns when no job is left, or over is closed. A database that does not answer ends
// the wait: at once where it is a file, else after two minutes.
func (q *queue) wait(ctx context.Context, over <-chan struct{}) error {
	poll, patience := 200*time.Millisecond, time.Duration(0)
	if q.fleet() {
		poll, patience = time.Second, 2*time.Minute
	}
	for answered := time.Now(); ; {
		left, err := q.left(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && len(left) == 0:
			return nil
		case err == nil:
			answered, err = time.Now(), errors.Join(q.rescue(ctx), q.wake(ctx))
		}
		if err != nil && time.Since(answered) >= patience {
			return fmt.Errorf("ask queue: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-q.locks.Lost():
			return errors.New("the connection to the database broke")
		case <-over:
			return nil
		case <-q.done:
		case <-time.After(poll):
		}
	}
}

// left is a job that has not ended, if there is any.
func (q *queue) left(ctx context.Context) ([]*rivertype.JobRow, error) {
	q.following.Lock()
	defer q.following.Unlock()
	return q.list(ctx, 1, unfinished...)
}

func (q *queue) list(ctx context.Context, n int, states ...rivertype.JobState) ([]*rivertype.JobRow, error) {
	res, err := q.client.JobList(ctx, river.NewJobListParams().Kinds(listKind, fetchKind, checkKind, confirmKind, reportKind, pullKind).States(states...).First(n))
	if err != nil {
		return nil, err
	}
	return res.Jobs, nil
}

// later puts a job off.
func (q *queue) later(d time.Duration) error {
	q.asleep.Store(true)
	return river.JobSnooze(max(d, time.Second))
}

// wake makes jobs available whose time has come. In a fleet River's leader does so; where
// one process works on a file, there is none.
func (q *queue) wake(ctx context.Context) error {
	now := time.Now()
	if q.fleet() || !q.asleep.Load() || now.Sub(q.woken) < time.Second {
		return nil
	}
	q.woken = now
	_, err := q.driver.GetExecutor().JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: 1000, Now: &now})
	return err
}

// rescue frees the jobs of processes that died: the server has freed their locks. What such a
// process alone could go on with is begun anew.
func (q *queue) rescue(ctx context.Context) error {
	if !q.fleet() {
		return nil
	}
	lives := q.living()
	running, err := q.list(ctx, 1000, rivertype.JobStateRunning)
	if err != nil {
		return err
	}
	for _, job := range running {
		if len(job.AttemptedBy) == 0 {
			continue
		}
		by := job.AttemptedBy[len(job.AttemptedBy)-1]
		if alive, err := lives(ctx, by); err != nil {
			return err
		} else if alive {
			continue
		}
		if err := q.free(ctx, job, "its worker "+by+" is gone"); err != nil {
			return err
		}
	}
	waiting, err := q.client.JobList(ctx, river.NewJobListParams().Kinds(fetchKind).States(rivertype.JobStateAvailable, rivertype.JobStateRetryable, rivertype.JobStateScheduled).First(1000))
	if err != nil {
		return err
	}
	for _, job := range waiting.Jobs {
		if err := q.inherit(ctx, job, lives); err != nil {
			return err
		}
	}
	return nil
}

// living tells of processes whether they live, and asks once.
func (q *queue) living() func(ctx context.Context, process string) (bool, error) {
	alive := map[string]bool{q.id: true}
	return func(ctx context.Context, process string) (lives bool, err error) {
		lives, asked := alive[process]
		if !asked {
			if lives, err = q.state.Held(ctx, workerLock(process)); err == nil {
				alive[process] = lives
			}
		}
		return lives, err
	}
}

// inherit has a server listed anew that a process was to fetch from which is gone. If it is
// done twice, since somebody dies in between, one finds what the other has done.
func (q *queue) inherit(ctx context.Context, job *rivertype.JobRow, lives func(context.Context, string) (bool, error)) error {
	var a fetchArgs
	if err := json.Unmarshal(job.EncodedArgs, &a); err != nil {
		return fmt.Errorf("read job %d: %w", job.ID, err)
	}
	if alive, err := lives(ctx, a.By); err != nil || alive {
		return err
	}
	if err := q.again(ctx, a.server); err != nil && !errors.Is(err, errNobody) {
		return err
	}
	_, err := q.client.JobDelete(ctx, job.ID)
	if errors.Is(err, rivertype.ErrNotFound) {
		return nil
	}
	return err
}

// free gives a running job to another worker, as River's own rescuer does it.
func (q *queue) free(ctx context.Context, job *rivertype.JobRow, why string) error {
	now := time.Now()
	said, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: job.Attempt, Error: why})
	if err != nil {
		return err
	}
	_, err = q.driver.GetExecutor().JobRescueMany(ctx, &riverdriver.JobRescueManyParams{
		ID: []int64{job.ID}, Error: [][]byte{said}, FinalizedAt: []*time.Time{nil}, ScheduledAt: []time.Time{now},
		State: []string{string(rivertype.JobStateAvailable)}, StuckHorizon: now,
	})
	return err
}

// clear drops what an earlier sweep left, which was killed: what is still to be done
// the state of its deliveries says. Who still works on it is told to stop, and waited
// for.
func (q *queue) clear(ctx context.Context) error {
	if !q.fleet() {
		_, err := q.state.SQL().ExecContext(ctx, "DELETE FROM river_job")
		return err
	}
	for {
		left, err := q.list(ctx, 1000, unfinished...)
		if err != nil || len(left) == 0 {
			return err
		}
		for _, job := range left {
			if _, err := q.client.JobCancel(ctx, job.ID); err != nil && !errors.Is(err, rivertype.ErrNotFound) {
				return err
			}
		}
		if err := q.rescue(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
