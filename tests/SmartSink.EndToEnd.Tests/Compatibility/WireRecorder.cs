using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SmartSink.EndToEnd.Tests.Compatibility;

/// <summary>Stands between a client and a sink, passes on what both say, and keeps it: line by line, in the order in which it came by.</summary>
internal sealed class WireRecorder : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<WireDialog> _dialogs = [];
    private readonly List<Socket> _open = [];
    private readonly Socket _listener;
    private readonly Func<Task<Socket>> _dial;
    private readonly Task _accepting;
    private TaskCompletionSource _more = New();
    private bool _ended;

    /// <summary>Begins to pass on.</summary>
    /// <param name="listener">Where clients connect; owned from now on.</param>
    /// <param name="dial">Connects to the sink.</param>
    public WireRecorder(Socket listener, Func<Task<Socket>> dial)
    {
        _listener = listener;
        _dial = dial;
        _accepting = AcceptAsync();
    }

    /// <summary>The port that clients connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Waits until there is a dialog of which this is true, and returns it as it is then.</summary>
    /// <exception cref="TimeoutException">There was none within five minutes; the message holds all that was said.</exception>
    public Task<string> DialogAsync(Func<string, bool> isIt) => FindAsync(dialog => isIt(dialog) ? dialog : null);

    /// <summary>Waits until there is a transaction of which this is true, and returns it as it is then.</summary>
    /// <exception cref="TimeoutException">There was none within five minutes; the message holds all that was said.</exception>
    public Task<WireTransaction> TransactionAsync(Func<WireTransaction, bool> isIt) => FindAsync(dialog => WireTransaction.ReadAll(dialog).FirstOrDefault(isIt));

    /// <summary>Closes the connections that there are.</summary>
    public void HangUp()
    {
        lock (_lock)
        {
            _open.ForEach(socket => socket.Close());
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        lock (_lock)
        {
            _ended = true;
        }

        HangUp();
        await _accepting;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<T> FindAsync<T>(Func<string, T?> find)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        while (true)
        {
            Task more;
            string[] dialogs;
            lock (_lock)
            {
                more = _more.Task;
                dialogs = [.. _dialogs.Select(dialog => dialog.ToString())];
            }

            if (dialogs.Select(find).FirstOrDefault(found => found is not null) is { } found)
            {
                return found;
            }

            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"what the test waits for did not come by:\n{string.Join("----\n", dialogs)}", exception);
            }
        }
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        while (true)
        {
            try
            {
                passing.Add(PassAsync(await _listener.AcceptAsync()));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(passing);
    }

    private async Task PassAsync(Socket client)
    {
        using (client)
        {
            try
            {
                using var sink = await _dial();
                if (Begin(client, sink) is { } dialog)
                {
                    await Task.WhenAll(PassAsync(client, sink, dialog, "C: "), PassAsync(sink, client, dialog, "S: "));
                }
            }
            catch (SocketException)
            {
                // There is no sink any more, and so the client is left, too.
            }
        }
    }

    private WireDialog? Begin(Socket client, Socket sink)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return null;
            }

            var dialog = new WireDialog();
            _dialogs.Add(dialog);
            _open.Add(client);
            _open.Add(sink);
            return dialog;
        }
    }

    private async Task PassAsync(Socket from, Socket to, WireDialog dialog, string side)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var received)
            {
                // Kept when it has been passed on, and before the answer to it is.
                await dialog.Turn.WaitAsync();
                try
                {
                    await to.SendAsync(buffer.AsMemory(0, received));
                    Keep(Encoding.Latin1.GetString(buffer, 0, received));
                }
                finally
                {
                    dialog.Turn.Release();
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One of the two is gone: so is the other, then.
            from.Close();
            to.Close();
        }

        void Keep(string text)
        {
            lock (_lock)
            {
                dialog.Add(side, text);
                _more.SetResult();
                _more = New();
            }
        }
    }

    /// <summary>What was said over one connection.</summary>
    private sealed class WireDialog
    {
        private readonly StringBuilder _lines = new();
        private readonly Dictionary<string, string> _begun = new(StringComparer.Ordinal);

        /// <summary>Held by the side that is passed on.</summary>
        public SemaphoreSlim Turn { get; } = new(1);

        public void Add(string side, string text)
        {
            var lines = (_begun.GetValueOrDefault(side, string.Empty) + text).Split('\n');
            foreach (var line in lines[..^1])
            {
                _lines.Append(side).Append(line.TrimEnd('\r')).Append('\n');
            }

            _begun[side] = lines[^1];
        }

        public override string ToString() => _lines.ToString();
    }
}

/// <summary>A part of a dialog: from a MAIL to the next one.</summary>
/// <param name="Text">Its lines, each behind <c>C: </c> or <c>S: </c>.</param>
internal sealed record WireTransaction(string Text)
{
    private const string Start = "C: MAIL FROM:";

    /// <summary>Whether the sink took the message.</summary>
    public bool IsTaken => Text.Contains("S: 250 2.0.0 Ok: taken as ", StringComparison.Ordinal);

    /// <summary>Whether it is a message about another one that could not be delivered.</summary>
    public bool IsFromNobody => Text.StartsWith(Start + "<>", StringComparison.OrdinalIgnoreCase);

    /// <summary>The command that the message was sent by.</summary>
    public string Command => Text.Contains("\nC: BDAT ", StringComparison.OrdinalIgnoreCase) ? "BDAT" : "DATA";

    /// <summary>The parameters of RFC 3461 that the client gave.</summary>
    public string DsnParameters
    {
        get
        {
            var envelope = string.Join('\n', Text.Split('\n').Where(line => line.StartsWith(Start, StringComparison.OrdinalIgnoreCase) || line.StartsWith("C: RCPT", StringComparison.OrdinalIgnoreCase)));
            var given = string.Join(", ", new[] { "RET", "ENVID", "NOTIFY", "ORCPT" }.Where(name => envelope.Contains($" {name}=", StringComparison.OrdinalIgnoreCase)));
            return given.Length == 0 ? "none" : given;
        }
    }

    public static IEnumerable<WireTransaction> ReadAll(string dialog)
    {
        var start = dialog.IndexOf(Start, StringComparison.OrdinalIgnoreCase);
        while (start >= 0)
        {
            var end = dialog.IndexOf(Start, start + Start.Length, StringComparison.OrdinalIgnoreCase);
            yield return new WireTransaction(dialog[start..(end < 0 ? dialog.Length : end)]);
            start = end;
        }
    }

    public bool IsTo(string recipient) => Text.Contains($"C: RCPT TO:<{recipient}>", StringComparison.OrdinalIgnoreCase);

    public bool IsAnswered(string reply) => Text.Contains($"S: {reply}", StringComparison.Ordinal);
}
