namespace SmartSink.Smtp.Syntax;

/// <summary>What is wrong with the writing of a command.</summary>
internal enum SyntaxError : byte
{
    None,

    /// <summary>An argument where the command takes none.</summary>
    UnexpectedArgument,

    /// <summary>No argument, or not one of the command's form.</summary>
    BadArgument,

    /// <summary>The path in it breaks the grammar or a length limit.</summary>
    BadAddress,

    /// <summary>A parameter of no extension that was agreed on.</summary>
    UnknownParameter,

    /// <summary>A parameter's value breaks its grammar.</summary>
    BadParameter,

    /// <summary>A parameter stands twice.</summary>
    RepeatedParameter,
}
