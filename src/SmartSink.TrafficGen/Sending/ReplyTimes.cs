using SmartSink.Smtp.Client;

namespace SmartSink.TrafficGen.Sending;

/// <summary>How long a client waits for replies (RFC 5321 section 4.5.3.2).</summary>
internal static class ReplyTimes
{
    /// <summary>For the end of data: it also has to cover the sending of a large message.</summary>
    public static readonly TimeSpan EndOfData = TimeSpan.FromMinutes(10);

    /// <summary>The time for a command's reply.</summary>
    public static TimeSpan Of(ClientCommand command) => command switch
    {
        ClientCommand.Data => TimeSpan.FromMinutes(2),
        ClientCommand.EndOfData => EndOfData,
        ClientCommand.Quit => TimeSpan.FromSeconds(10),
        _ => TimeSpan.FromMinutes(5),
    };
}
