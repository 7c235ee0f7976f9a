using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Toml;

/// <summary>Says that a document is not valid TOML, with everything that is wrong with it.</summary>
[SuppressMessage("Roslynator", "RCS1194", Justification = "Only a document's mistakes make one.")]
public sealed class TomlException : Exception
{
    internal TomlException(IReadOnlyList<TomlError> errors)
        : base(string.Join('\n', errors.Select(error => $"({error.Position.Line},{error.Position.Column}): {error.Message}")))
        => Errors = errors;

    /// <summary>The mistakes in the order of the document; at least one.</summary>
    public IReadOnlyList<TomlError> Errors { get; }
}
