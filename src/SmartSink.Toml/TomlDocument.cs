namespace SmartSink.Toml;

/// <summary>A document as read: its values and its mistakes.</summary>
public sealed class TomlDocument
{
    internal TomlDocument(TomlTable root, IReadOnlyList<TomlError> errors)
    {
        Root = root;
        Errors = errors;
    }

    /// <summary>The top-level table. When there are errors it holds what was readable beside them.</summary>
    public TomlTable Root { get; }

    /// <summary>The mistakes in the order of the document; empty when it is valid.</summary>
    public IReadOnlyList<TomlError> Errors { get; }

    /// <summary>Whether the document is valid TOML 1.0.0.</summary>
    public bool IsValid => Errors.Count == 0;

    /// <summary>The top-level table of a valid document.</summary>
    /// <exception cref="TomlException">The document is not valid; the exception lists the mistakes.</exception>
    public TomlTable GetRootOrThrow() => IsValid ? Root : throw new TomlException(Errors);
}
