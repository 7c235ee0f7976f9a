namespace SmartSink.Smtp.Syntax;

/// <summary>Which parameters a command has given so far: each may stand once.</summary>
internal struct ParameterSet
{
    private uint _given;

    /// <summary>Whether a parameter was given.</summary>
    /// <param name="keyword">Its number, 1 to 31.</param>
    public readonly bool Contains(int keyword) => ((_given >> keyword) & 1) != 0;

    /// <summary>Takes a parameter in and says what is wrong with it.</summary>
    /// <param name="keyword">Its number, 1 to 31; 0 for a keyword that is not known.</param>
    /// <param name="isValid">Whether its value is one that the keyword takes.</param>
    public SyntaxError Add(int keyword, bool isValid)
    {
        if (keyword == 0)
        {
            return SyntaxError.UnknownParameter;
        }

        if (Contains(keyword))
        {
            return SyntaxError.RepeatedParameter;
        }

        _given |= 1u << keyword;
        return isValid ? SyntaxError.None : SyntaxError.BadParameter;
    }
}
