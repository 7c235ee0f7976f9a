using System.Text;

namespace SmartSink.Testing.Transcripts;

/// <summary>Plays a transcript against a server and compares every line.</summary>
public static class TranscriptPlayer
{
    /// <summary>Plays it to its end.</summary>
    /// <exception cref="TranscriptException">The dialog went another way; the message names the transcript's line.</exception>
    public static async Task PlayAsync(Transcript transcript, ITranscriptPeer peer, TranscriptSplit split)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        ArgumentNullException.ThrowIfNull(peer);
        var steps = split == TranscriptSplit.Whole ? Pipeline(transcript.Steps) : transcript.Steps;
        foreach (var step in steps)
        {
            switch (step)
            {
                case SendStep send:
                    await SendAsync(peer, send.Bytes, split);
                    break;
                case ExpectStep expect:
                    await ExpectAsync(transcript, expect, peer);
                    break;
                case ClientStep client:
                    peer.SwitchTo(client.Client);
                    break;
                case TlsStep:
                    await peer.StartTlsAsync();
                    break;
                case EndStep:
                    peer.EndSending();
                    break;
                case TimeStep time:
                    await peer.AdvanceTimeAsync(time.Span);
                    break;
                case PolicyStep policy:
                    await peer.UsePolicyAsync(policy.Path);
                    break;
                case CloseStep close:
                    await CloseAsync(transcript, close, peer);
                    break;
            }
        }
    }

    // Between two steps that are neither, all that is sent goes before all that is received, in one piece.
    private static List<TranscriptStep> Pipeline(IReadOnlyList<TranscriptStep> steps)
    {
        var result = new List<TranscriptStep>();
        var expected = new List<TranscriptStep>();
        SendStep? sent = null;
        foreach (var step in steps)
        {
            switch (step)
            {
                case SendStep send:
                    sent = sent is null ? send : sent with { Bytes = (byte[])[.. sent.Bytes.Span, .. send.Bytes.Span] };
                    break;
                case ExpectStep:
                    expected.Add(step);
                    break;
                default:
                    Flush();
                    result.Add(step);
                    break;
            }
        }

        Flush();
        return result;

        void Flush()
        {
            if (sent is not null)
            {
                result.Add(sent);
                sent = null;
            }

            result.AddRange(expected);
            expected.Clear();
        }
    }

    private static async ValueTask SendAsync(ITranscriptPeer peer, ReadOnlyMemory<byte> bytes, TranscriptSplit split)
    {
        while (!bytes.IsEmpty)
        {
            var length = split switch
            {
                TranscriptSplit.Octet => 1,
                TranscriptSplit.Line => bytes.Span.IndexOf((byte)'\n') + 1,
                _ => bytes.Length,
            };
            length = length == 0 ? bytes.Length : length;
            await peer.SendAsync(bytes[..length]);
            bytes = bytes[length..];
        }
    }

    private static async ValueTask ExpectAsync(Transcript transcript, ExpectStep expect, ITranscriptPeer peer)
    {
        var line = await peer.ReceiveLineAsync() ?? throw new TranscriptException(transcript.Path, expect.Line, $"expected '{expect.Expected}', but nothing came");
        if (!expect.Matches(line))
        {
            throw new TranscriptException(transcript.Path, expect.Line, $"expected '{expect.Expected}', got '{Shown(line)}'");
        }
    }

    private static string Shown(byte[] line) => Encoding.UTF8.GetString(line);

    private static async ValueTask CloseAsync(Transcript transcript, CloseStep close, ITranscriptPeer peer)
    {
        if (await peer.ReceiveLineAsync() is { } line)
        {
            throw new TranscriptException(transcript.Path, close.Line, $"expected the end, got '{Shown(line)}'");
        }

        var reason = await peer.WaitForCloseAsync();
        if (reason is not null && reason != close.Reason)
        {
            throw new TranscriptException(transcript.Path, close.Line, $"expected the end for {close.Reason}, got {reason}");
        }
    }
}
