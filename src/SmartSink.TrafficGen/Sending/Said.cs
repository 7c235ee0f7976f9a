namespace SmartSink.TrafficGen.Sending;

/// <summary>With what a worker goes on with a dialog.</summary>
internal enum Said
{
    /// <summary>Nothing: the server speaks first.</summary>
    Nothing,

    /// <summary>EHLO, after the handshake.</summary>
    Ehlo,

    /// <summary>The next message's MAIL.</summary>
    Mail,

    /// <summary>QUIT.</summary>
    Quit,
}
