namespace SmartSink.Smtp.Client;

/// <summary>What a reply answers.</summary>
public enum ClientCommand
{
    /// <summary>The connection itself: the reply is the greeting.</summary>
    Connect,

    /// <summary>EHLO.</summary>
    Ehlo,

    /// <summary>HELO, after EHLO was refused.</summary>
    Helo,

    /// <summary>STARTTLS.</summary>
    StartTls,

    /// <summary>AUTH, or a line of its exchange.</summary>
    Auth,

    /// <summary>MAIL.</summary>
    Mail,

    /// <summary>RCPT.</summary>
    Rcpt,

    /// <summary>DATA.</summary>
    Data,

    /// <summary>The message: the end of data, or the last BDAT.</summary>
    EndOfData,

    /// <summary>RSET.</summary>
    Rset,

    /// <summary>QUIT.</summary>
    Quit,
}
