using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Bearer;

/// <summary>
/// The requests that run with a key or a token, by its id. When it ends, they do: at once where the end arrives here, and else at the next
/// check, which also sees what has expired.
/// </summary>
internal sealed class OpenRequests : BackgroundService
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Requests> _byId = new(StringComparer.Ordinal);
    private readonly BearerCache _callers;
    private readonly SessionEndings _endings;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private int _count;

    public OpenRequests(BearerCache callers, SessionEndings endings, BearerMetrics metrics, IOptions<DependencyFailures> failures, TimeProvider time)
    {
        (_callers, _endings, _failures, _time) = (callers, endings, failures.Value, time);
        endings.OnEnded(id => End(id, atOnce: false));
        metrics.ObserveRequests(() => Volatile.Read(ref _count));
    }

    /// <summary>Notes a request that runs. Follow it with <see cref="Remove"/>.</summary>
    public void Add(BearerCaller caller, EndableResponse response)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(caller.Id, out var requests))
            {
                _byId[caller.Id] = requests = new Requests();
            }

            requests.Add(caller.Token, response);
            _count++;
        }
    }

    public void Remove(BearerCaller caller, EndableResponse response)
    {
        lock (_lock)
        {
            _count--;
            if (_byId.TryGetValue(caller.Id, out var requests) && requests.Remove(caller.Token, response))
            {
                _byId.Remove(caller.Id);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _time.RepeatAsync(CheckEvery, CheckAsync, stoppingToken);

    private void End(string id, bool atOnce)
    {
        EndableResponse[] open;
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out var requests))
            {
                return;
            }

            open = requests.All();
        }

        Array.ForEach(open, response => response.End(atOnce));
    }

    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        // Whether one has ended is not known now. When it is, all are looked up again.
        if (!_endings.IsCurrent)
        {
            return;
        }

        (string Token, EndableResponse[] Open)[] all;
        lock (_lock)
        {
            all = [.. _byId.Values.SelectMany(requests => requests.ByToken())];
        }

        foreach (var (token, open) in all)
        {
            try
            {
                if (await _callers.FindAsync(token, stoppingToken) is null)
                {
                    Array.ForEach(open, response => response.End(atOnce: true));
                }
            }
            catch (Exception exception) when (_failures.Match(exception))
            {
                return;
            }
        }
    }

    private sealed class Requests
    {
        // Two tokens of one family may be in use while it is refreshed.
        private readonly Dictionary<string, HashSet<EndableResponse>> _byToken = new(StringComparer.Ordinal);

        public void Add(string token, EndableResponse response)
        {
            if (!_byToken.TryGetValue(token, out var open))
            {
                _byToken[token] = open = [];
            }

            open.Add(response);
        }

        /// <returns>Whether none is left.</returns>
        public bool Remove(string token, EndableResponse response)
        {
            if (_byToken.TryGetValue(token, out var open) && open.Remove(response) && open.Count == 0)
            {
                _byToken.Remove(token);
            }

            return _byToken.Count == 0;
        }

        public EndableResponse[] All() => [.. _byToken.Values.SelectMany(open => open)];

        public IEnumerable<(string Token, EndableResponse[] Open)> ByToken() => _byToken.Select(entry => (entry.Key, entry.Value.ToArray()));
    }
}
