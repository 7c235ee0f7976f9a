namespace SmartSink.Policy.Decisions;

/// <summary>What a local part asks for.</summary>
public enum Trigger : byte
{
    /// <summary>Nothing: the rates decide.</summary>
    None,

    /// <summary>It contains <c>tempfail</c>: one of the domain's defer replies.</summary>
    TempFail,

    /// <summary>It contains <c>permfail</c>: one of the domain's bounce replies.</summary>
    PermFail,

    /// <summary>It starts with a code from 400 to 599 and a hyphen: that code.</summary>
    Code,

    /// <summary>It starts with <c>250-</c>: accepted, whatever the rates say.</summary>
    Accept,
}
