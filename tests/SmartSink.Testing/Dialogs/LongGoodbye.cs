using SmartSink.Smtp.Replies;

namespace SmartSink.Testing.Dialogs;

/// <summary>A 421 of more octets than the buffers of two sockets hold, so that sending it cannot complete before the client reads.</summary>
public sealed class LongGoodbye() : Reply(421, closes: true)
{
    private const int Lines = 64 * 1024;

    /// <summary>The line that comes last.</summary>
    public const string LastLine = "421 4.3.2 the end";

    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        Span<byte> line = stackalloc byte[500];
        line.Fill((byte)'x');
        "421-4.3.2 "u8.CopyTo(line);
        "\r\n"u8.CopyTo(line[^2..]);
        for (var i = 0; i < Lines; i++)
        {
            output.Write(line);
        }

        output.Write("421 4.3.2 the end\r\n"u8);
    }
}
